// FaceSearch with C#'s HttpClient: enrols a person, then says who is in each further photo.
//   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… FaceSearch.exe ENROL.jpg PROBE.jpg…
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

public static class FaceSearch
{
    static readonly string Calls =
        (Environment.GetEnvironmentVariable("FACESEARCH_URL") ?? "http://localhost:8080") + "/vision/ekyc/facesearch/v4/";
    static readonly string Collection = "example-" + Guid.NewGuid();
    static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };

    public static int Main(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("usage: FaceSearch.exe ENROL.jpg PROBE.jpg…");
            return 2;
        }
        Console.OutputEncoding = new UTF8Encoding(false);
        Client.DefaultRequestHeaders.Add("api_key", Environment.GetEnvironmentVariable("FACESEARCH_KEY") ?? "");
        try
        {
            Run(args[0], args.Skip(1)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception error) when (error is IOException || error is HttpRequestException || error is XmlException)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    static async Task Run(string enrol, IEnumerable<string> probes)
    {
        Show("create", await Call(HttpMethod.Post, "create", null, "id", "an", "name", "Nguyễn Văn An"));
        try
        {
            Show("add " + Path.GetFileName(enrol), await Call(HttpMethod.Post, "add", enrol, "id", "an"));
            foreach (var probe in probes)
                Show("search " + Path.GetFileName(probe), await Call(HttpMethod.Post, "search", probe));
            Show("delete", await Call(HttpMethod.Delete, "delete", null, "id", "an"));
        }
        finally
        {
            Show("delete_collection", await Call(HttpMethod.Delete, "delete_collection", null));
        }
    }

    /// <summary>The reply to a call, a refusal included; 429 and 503 are tried again when Retry-After is over.</summary>
    static async Task<XElement> Call(HttpMethod method, string name, string photo, params string[] fields)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A request can be sent only once, so that each attempt makes its own.
            using (var form = new MultipartFormDataContent())
            using (var request = new HttpRequestMessage(method, Calls + name) { Content = form })
            {
                form.Add(new StringContent(Collection), "collection");
                for (var i = 0; i < fields.Length; i += 2) form.Add(new StringContent(fields[i + 1]), fields[i]);
                if (photo != null) form.Add(new ByteArrayContent(File.ReadAllBytes(photo)), "file", "photo");
                using (var response = await Client.SendAsync(request))
                {
                    var reply = Parse(await response.Content.ReadAsByteArrayAsync());
                    var code = reply.Element("code").Value;
                    // 404, 406, 407 and 410 are results; 400 and 412 say what to fix.
                    if (new[] { "200", "400", "404", "406", "407", "410", "412" }.Contains(code)) return reply;
                    if (!new[] { "429", "503" }.Contains(code) || attempt == 5)
                        throw new IOException(name + " failed: " + code + " " + reply.Element("data").Value);
                    await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
                }
            }
        }
    }

    /// <summary>JSON as XML: this reader is in .NET and in Mono, System.Text.Json only in .NET.</summary>
    static XElement Parse(byte[] json)
    {
        using (var reader = JsonReaderWriterFactory.CreateJsonReader(json, XmlDictionaryReaderQuotas.Max))
            return XElement.Load(reader);
    }

    /// <summary>Prints a reply as one line: code, then the person or the text, then the cause that a 406 tells.</summary>
    static void Show(string what, XElement reply)
    {
        var data = reply.Element("data");
        var text = data.Value;
        if (data.HasElements)
            text = string.Format(
                CultureInfo.InvariantCulture,
                "{0} ({1}), similarity {2:F2}",
                data.Element("id").Value,
                data.Element("name").Value,
                (double)data.Element("similarity"));
        var reason = reply.Element("reason");
        Console.WriteLine("{0}: {1} {2}{3}", what, reply.Element("code").Value, text, reason == null ? "" : " (" + reason.Value + ")");
    }
}

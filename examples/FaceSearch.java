// FaceSearch with java.net.http (Java 11 or later): enrols a person, then says who is in each further photo.
//   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… java FaceSearch.java ENROL.jpg PROBE.jpg…

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class FaceSearch {
  static final String CALLS =
      System.getenv().getOrDefault("FACESEARCH_URL", "http://localhost:8080") + "/vision/ekyc/facesearch/v4/";
  static final String COLLECTION = "example-" + UUID.randomUUID();
  static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);

  public static void main(String[] args) throws InterruptedException {
    if (args.length < 2) {
      System.err.println("usage: java FaceSearch.java ENROL.jpg PROBE.jpg…");
      System.exit(2);
    }
    try {
      // Escapes, because Java before 18 reads its source in the encoding of the machine.
      show("create", call("POST", "create", Map.of("id", "an", "name", "Nguy\u1ec5n V\u0103n An")));
      try {
        Path enrol = Path.of(args[0]);
        show("add " + enrol.getFileName(), call("POST", "add", Map.of("id", "an", "file", enrol)));
        for (String arg : Arrays.copyOfRange(args, 1, args.length)) {
          Path probe = Path.of(arg);
          show("search " + probe.getFileName(), call("POST", "search", Map.of("file", probe)));
        }
        show("delete", call("DELETE", "delete", Map.of("id", "an")));
      } finally {
        show("delete_collection", call("DELETE", "delete_collection", Map.of()));
      }
    } catch (IOException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }

  /** The reply to a call, a refusal included; 429 and 503 are tried again when Retry-After is over. */
  static String call(String method, String name, Map<String, Object> fields) throws IOException, InterruptedException {
    String boundary = UUID.randomUUID().toString();
    HttpRequest request = HttpRequest.newBuilder(URI.create(CALLS + name))
        .timeout(Duration.ofSeconds(60))
        .header("api_key", System.getenv().getOrDefault("FACESEARCH_KEY", ""))
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .method(method, HttpRequest.BodyPublishers.ofByteArray(form(boundary, fields)))
        .build();
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
      String code = member(response.body(), "code");
      // 404, 406, 407 and 410 are results; 400 and 412 say what to fix.
      if (code != null && Set.of("200", "400", "404", "406", "407", "410", "412").contains(code)) return response.body();
      if (code == null || !Set.of("429", "503").contains(code) || attempt == 5)
        throw new IOException(name + " failed: " + code + " " + member(response.body(), "data"));
      Thread.sleep(1000 * response.headers().firstValueAsLong("Retry-After").orElse(1));
    }
  }

  /** A multipart body: the JDK has none. */
  static byte[] form(String boundary, Map<String, Object> fields) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(Map.of("collection", COLLECTION));
    all.putAll(fields);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Map.Entry<String, Object> field : all.entrySet()) {
      boolean isFile = field.getValue() instanceof Path;
      String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field.getKey() + "\""
          + (isFile ? "; filename=\"photo\"\r\nContent-Type: application/octet-stream" : "") + "\r\n\r\n";
      body.write(head.getBytes(UTF_8));
      body.write(isFile ? Files.readAllBytes((Path) field.getValue()) : field.getValue().toString().getBytes(UTF_8));
      body.write("\r\n".getBytes(UTF_8));
    }
    body.write(("--" + boundary + "--\r\n").getBytes(UTF_8));
    return body.toByteArray();
  }

  /** Prints a reply as one line: code, then the person or the text, then the cause that a 406 tells. */
  static void show(String what, String reply) {
    String text = member(reply, "data");
    if (text == null) {
      double similarity = Double.parseDouble(member(reply, "similarity"));
      text = String.format(
          Locale.ROOT, "%s (%s), similarity %.2f", member(reply, "id"), member(reply, "name"), similarity);
    }
    String reason = member(reply, "reason");
    OUT.println(what + ": " + member(reply, "code") + " " + text + (reason == null ? "" : " (" + reason + ")"));
  }

  /**
   * A string or a number of a reply, or null. The JDK has no JSON parser, and this is enough for these flat replies;
   * your program has Jackson or Gson.
   */
  static String member(String reply, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([-+.\\deE]+))").matcher(reply);
    if (!found.find()) return null;
    return found.group(1) == null ? found.group(2) : found.group(1).replaceAll("\\\\([\"\\\\/])", "$1");
  }
}

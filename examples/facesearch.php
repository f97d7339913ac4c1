<?php
// FaceSearch with PHP's curl extension: enrols a person, then says who is in each further photo.
//   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… php facesearch.php ENROL.jpg PROBE.jpg…
declare(strict_types=1);

define('CALLS', (getenv('FACESEARCH_URL') ?: 'http://localhost:8080') . '/vision/ekyc/facesearch/v4/');
define('COLLECTION', 'example-' . hrtime(true));
if ($argc < 3) {
    fwrite(STDERR, "usage: php facesearch.php ENROL.jpg PROBE.jpg…\n");
    exit(2);
}

/** The reply to a call, a refusal included; 429 and 503 are tried again when Retry-After is over. */
function call(string $method, string $name, array $fields = []): array
{
    for ($attempt = 1; ; $attempt++) {
        $retryAfter = 1;
        $curl = curl_init(CALLS . $name);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => ['api_key: ' . getenv('FACESEARCH_KEY')],
            // An array makes the body multipart/form-data.
            CURLOPT_POSTFIELDS => ['collection' => COLLECTION] + $fields,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 60,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$retryAfter): int {
                if (preg_match('/^retry-after:\s*(\d+)/i', $line, $found)) {
                    $retryAfter = (int) $found[1];
                }
                return strlen($line);
            },
        ]);
        $body = curl_exec($curl);
        if ($body === false) {
            throw new RuntimeException("$name failed: " . curl_error($curl));
        }
        $reply = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
        // 404, 406, 407 and 410 are results; 400 and 412 say what to fix.
        if (in_array($reply['code'], ['200', '400', '404', '406', '407', '410', '412'], true)) {
            return $reply;
        }
        if (!in_array($reply['code'], ['429', '503'], true) || $attempt === 5) {
            throw new RuntimeException("$name failed: {$reply['code']} {$reply['data']}");
        }
        sleep($retryAfter);
    }
}

/** A reply as one line: code, then the person or the text, then the cause that a 406 tells. */
function shown(array $reply): string
{
    $data = $reply['data'];
    $text = is_array($data)
        ? sprintf('%s (%s), similarity %.2F', $data['id'], $data['name'], $data['similarity'])
        : $data;
    return "{$reply['code']} $text" . (isset($reply['reason']) ? " ({$reply['reason']})" : '');
}

[, $enrol] = $argv;
try {
    echo 'create: ', shown(call('POST', 'create', ['id' => 'an', 'name' => 'Nguyễn Văn An'])), "\n";
    try {
        echo 'add ', basename($enrol), ': ';
        echo shown(call('POST', 'add', ['id' => 'an', 'file' => new CURLFile($enrol)])), "\n";
        foreach (array_slice($argv, 2) as $probe) {
            echo 'search ', basename($probe), ': ';
            echo shown(call('POST', 'search', ['file' => new CURLFile($probe)])), "\n";
        }
        echo 'delete: ', shown(call('DELETE', 'delete', ['id' => 'an'])), "\n";
    } finally {
        echo 'delete_collection: ', shown(call('DELETE', 'delete_collection')), "\n";
    }
} catch (RuntimeException | JsonException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}

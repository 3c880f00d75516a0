package dev.lorikeet.e2e;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Requests as tenants write them by hand. */
final class Requests {
    private Requests() {}

    /** To learn one completion by heart, the examples inside the request. */
    static String memorize(String adapter, String idempotencyKey, String prompt, String completion, int steps) {
        String lines = IntStream.range(0, 8)
                .mapToObj(i -> "\"" + line(prompt, completion).replace("\"", "\\\"") + "\"")
                .collect(Collectors.joining(", "));
        return request(adapter, idempotencyKey, "\"inlineExamples\": {\"lines\": [" + lines + "]}", steps, 20);
    }

    /** Over a dataset in the object store. */
    static String over(String adapter, String idempotencyKey, String uri, int steps, int checkpointEvery) {
        return request(adapter, idempotencyKey, "\"datasetUri\": \"" + uri + "\"", steps, checkpointEvery);
    }

    /** A dataset of the same example again and again. */
    static byte[] dataset(String prompt, String completion, int examples) {
        return (line(prompt, completion) + "\n").repeat(examples).getBytes(StandardCharsets.UTF_8);
    }

    private static String line(String prompt, String completion) {
        return "{\"prompt\": \"" + prompt + "\", \"completion\": \"" + completion + "\"}";
    }

    private static String request(
            String adapter, String idempotencyKey, String dataset, int steps, int checkpointEvery) {
        return """
        {"adapter": "%s", "baseModel": "%s", "idempotencyKey": "%s", %s,
         "method": {"lora": {"rank": 8, "targetModules": ["all-linear"]}},
         "hyperparameters": {"maxSteps": %d, "batchSize": 4, "learningRate": 0.01,
                             "schedule": "LEARNING_RATE_SCHEDULE_CONSTANT", "checkpointEverySteps": %d},
         "seed": "7"}""".formatted(adapter, Platform.BASE_MODEL, idempotencyKey, dataset, steps, checkpointEvery);
    }
}

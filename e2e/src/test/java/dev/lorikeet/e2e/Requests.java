package dev.lorikeet.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Requests as tenants write them by hand. */
final class Requests {
    private static final Pattern METHOD = Pattern.compile("\\| `(\\{\"[a-z0-9_]+\": \\{.*}})` \\|");

    private static final String PICTURE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private Requests() {}

    /** To learn one completion by heart, the examples inside the request. */
    static String memorize(String adapter, String idempotencyKey, String prompt, String completion, int steps) {
        return request(adapter, idempotencyKey, inline(prompt, completion), steps, 20);
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

    /** To learn one completion by heart with a method, given as the value of the request's {@code method}. */
    static String by(
            String method, String adapter, String idempotencyKey, String prompt, String completion, int steps) {
        String examples = readsPictures(method) ? inline(aboutPicture(prompt, completion)) : inline(prompt, completion);
        return request(adapter, idempotencyKey, examples, steps, 20, method);
    }

    /** Whether a method wants a picture in every example, and in every request. */
    static boolean readsPictures(String method) {
        return method.startsWith("{\"vora\"");
    }

    /** A PNG of one red pixel. */
    static byte[] picture() {
        return Base64.getDecoder().decode(PICTURE);
    }

    private static String aboutPicture(String prompt, String completion) {
        return line(prompt, completion).replaceFirst("\\{", "{\"image\": \"data:image/png;base64," + PICTURE + "\", ");
    }

    /** The methods that the README's table shows, as tenants would copy them. */
    static List<String> methodsOfTheReadme() throws IOException {
        Path readme = Path.of(System.getProperty("lorikeet.home", "..")).resolve("README.md");
        return Files.readAllLines(readme).stream()
                .map(METHOD::matcher)
                .filter(Matcher::find)
                .map(row -> row.group(1))
                .toList();
    }

    /** To tell texts apart over an encoder, the labelled lines inside the request. */
    static String classify(String method, String adapter, String idempotencyKey, List<String> lines, int steps) {
        return request(adapter, idempotencyKey, inline(lines), steps, 20, method);
    }

    /** A labelled row of a dataset. */
    static String labelled(String text, String label) {
        return "{\"text\": \"" + text + "\", \"label\": \"" + label + "\"}";
    }

    private static String inline(String prompt, String completion) {
        return inline(line(prompt, completion));
    }

    private static String inline(String line) {
        return inline(Collections.nCopies(8, line));
    }

    private static String inline(List<String> all) {
        String lines = all.stream()
                .map(line -> "\"" + line.replace("\"", "\\\"") + "\"")
                .collect(Collectors.joining(", "));
        return "\"inlineExamples\": {\"lines\": [" + lines + "]}";
    }

    private static String request(
            String adapter, String idempotencyKey, String dataset, int steps, int checkpointEvery) {
        return request(
                adapter,
                idempotencyKey,
                dataset,
                steps,
                checkpointEvery,
                "{\"lora\": {\"rank\": 8, \"targetModules\": [\"all-linear\"]}}");
    }

    private static String request(
            String adapter, String idempotencyKey, String dataset, int steps, int checkpointEvery, String method) {
        return """
        {"adapter": "%s", "baseModel": "%s", "idempotencyKey": "%s", %s,
         "method": %s,
         "hyperparameters": {"maxSteps": %d, "batchSize": 4, "learningRate": 0.01,
                             "schedule": "LEARNING_RATE_SCHEDULE_CONSTANT", "checkpointEverySteps": %d},
         "seed": "7"}""".formatted(adapter, Platform.BASE_MODEL, idempotencyKey, dataset, method, steps, checkpointEvery);
    }
}

package dev.lorikeet.engine.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Results of all cases under a folder, in the order that they ran.
 *
 * @param results one a case
 */
public record Report(List<CaseResult> results) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public Report {
        results = List.copyOf(results);
    }

    public long passed() {
        return count(CaseResult.Passed.class);
    }

    public long failed() {
        return count(CaseResult.Failed.class);
    }

    public long unsupported() {
        return count(CaseResult.Unsupported.class);
    }

    private long count(Class<? extends CaseResult.Outcome> kind) {
        return results.stream()
                .filter(result -> kind.isInstance(result.outcome()))
                .count();
    }

    /** Counts and cases as JSON: {@code {passed, failed, unsupported, cases: [{name, outcome, ...}]}}. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("passed", passed());
        root.put("failed", failed());
        root.put("unsupported", unsupported());
        ArrayNode cases = root.putArray("cases");
        for (CaseResult result : results) {
            ObjectNode node = cases.addObject();
            node.put("name", result.name());
            switch (result.outcome()) {
                case CaseResult.Passed(double difference) -> {
                    node.put("outcome", "passed");
                    node.put("largestDifference", difference);
                }
                case CaseResult.Failed(double difference, String reason) -> {
                    node.put("outcome", "failed");
                    if (Double.isFinite(difference)) {
                        node.put("largestDifference", difference);
                    }
                    node.put("reason", reason);
                }
                case CaseResult.Unsupported(String reason) -> {
                    node.put("outcome", "unsupported");
                    node.put("reason", reason);
                }
            }
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.lorikeet.engine.conformance;

/**
 * How one case ended.
 *
 * @param name its folder under the one that was run, {@code adapters/llama-rslora}
 * @param outcome what came out
 */
public record CaseResult(String name, Outcome outcome) {
    /** What came out of a case. */
    public sealed interface Outcome {}

    /**
     * Everything agreed.
     *
     * @param largestDifference of all numbers compared
     */
    public record Passed(double largestDifference) implements Outcome {}

    /**
     * Something did not agree, or the case could not be read.
     *
     * @param largestDifference of all numbers compared; NaN if none were
     * @param reason what was wrong
     */
    public record Failed(double largestDifference, String reason) implements Outcome {}

    /**
     * The case asks for what this engine does not compute.
     *
     * @param reason what, by name
     */
    public record Unsupported(String reason) implements Outcome {}
}

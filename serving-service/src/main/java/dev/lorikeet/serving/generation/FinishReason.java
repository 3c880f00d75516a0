package dev.lorikeet.serving.generation;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended it, or a stop string appeared. */
    STOP,
    /** The most tokens asked for, or the context length, was reached. */
    LENGTH
}

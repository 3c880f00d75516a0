package dev.lorikeet.engine.train;

/**
 * What one optimizer step did.
 *
 * @param step its number, from 1
 * @param loss mean cross-entropy over the labelled tokens of the whole window, before the step
 * @param learningRate the rate it used
 * @param gradientNorm global norm of the window's mean gradient, before clipping
 * @param tokens tokens of the window, without padding
 * @param labelledTokens those that carried the loss
 */
public record StepResult(
        int step, double loss, double learningRate, double gradientNorm, long tokens, long labelledTokens) {}

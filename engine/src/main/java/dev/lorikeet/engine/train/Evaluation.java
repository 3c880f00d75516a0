package dev.lorikeet.engine.train;

import java.util.OptionalDouble;

/**
 * How good a model is on examples.
 *
 * @param loss mean cross-entropy a target: a labelled token, or a text's class
 * @param accuracy share of the texts that a classifier puts into their own class; empty where tokens are predicted
 */
public record Evaluation(double loss, OptionalDouble accuracy) {}

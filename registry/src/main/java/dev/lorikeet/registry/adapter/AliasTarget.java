package dev.lorikeet.registry.adapter;

/**
 * One version behind an alias.
 *
 * @param version its number, from 1
 * @param weight share of the requests, relative to the sum of the weights: 1 to 1,000,000
 */
public record AliasTarget(long version, int weight) {}

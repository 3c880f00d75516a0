package dev.lorikeet.engine.data;

/**
 * Why a dataset is refused.
 *
 * @param line the line it is on, from 1; 0 if it is about the whole file
 * @param reason what is wrong and what would be right
 */
public record Problem(long line, String reason) {}

package dev.lorikeet.engine.method.adalora;

/**
 * How training moves ranks between modules.
 *
 * @param schedule how many triplets are kept when
 * @param importance which are kept
 * @param orthogonality the term of the loss
 */
public record AdaLoraRules(BudgetSchedule schedule, Importance importance, Orthogonality orthogonality) {}

/** Arithmetic over ranks, budgets and weights: plain Java. */
@NullMarked
package dev.lorikeet.cli.experiment.analysis;

import org.jspecify.annotations.NullMarked;

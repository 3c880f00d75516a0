/** Data-to-text tasks and how answers to them are scored: plain Java. */
@NullMarked
package dev.lorikeet.cli.experiment.data;

import org.jspecify.annotations.NullMarked;

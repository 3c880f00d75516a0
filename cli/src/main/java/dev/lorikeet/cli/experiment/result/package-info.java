/** What runs found, kept and summed up: plain Java. */
@NullMarked
package dev.lorikeet.cli.experiment.result;

import org.jspecify.annotations.NullMarked;

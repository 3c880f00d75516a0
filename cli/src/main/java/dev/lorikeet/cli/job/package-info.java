/** Commands for training: {@code train} and {@code jobs}. */
@NullMarked
package dev.lorikeet.cli.job;

import org.jspecify.annotations.NullMarked;

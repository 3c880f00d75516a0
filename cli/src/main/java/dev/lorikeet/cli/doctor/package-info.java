/** The command {@code doctor}: is this machine fit, and what to do if it is not. */
@NullMarked
package dev.lorikeet.cli.doctor;

import org.jspecify.annotations.NullMarked;

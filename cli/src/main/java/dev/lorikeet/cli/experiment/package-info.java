/** {@code lorikeet experiment}: comparisons of methods, ranks and matrices, with tables and charts. */
@NullMarked
package dev.lorikeet.cli.experiment;

import org.jspecify.annotations.NullMarked;

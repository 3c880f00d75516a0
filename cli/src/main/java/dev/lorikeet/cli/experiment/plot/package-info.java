/** Charts as SVG: plain Java. */
@NullMarked
package dev.lorikeet.cli.experiment.plot;

import org.jspecify.annotations.NullMarked;

/** The command {@code demo}: the whole platform on one machine, playing its main job with two tenants. */
@NullMarked
package dev.lorikeet.cli.demo;

import org.jspecify.annotations.NullMarked;

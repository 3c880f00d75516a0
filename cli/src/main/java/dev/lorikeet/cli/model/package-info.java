/** Base models on this machine: where they are kept, and how they get there. */
@NullMarked
package dev.lorikeet.cli.model;

import org.jspecify.annotations.NullMarked;

/** The moving parts: the thread that owns the decoder, the adapter pool, resolution of models to revisions. */
@NullMarked
package dev.lorikeet.serving.loop;

import org.jspecify.annotations.NullMarked;

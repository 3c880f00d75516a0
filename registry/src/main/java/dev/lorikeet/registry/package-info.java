/** Adapters, datasets and checkpoints in object storage. */
@NullMarked
package dev.lorikeet.registry;

import org.jspecify.annotations.NullMarked;

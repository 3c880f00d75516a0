/** Datasets, stored and checked by the digest of their content. */
@NullMarked
package dev.lorikeet.registry.dataset;

import org.jspecify.annotations.NullMarked;

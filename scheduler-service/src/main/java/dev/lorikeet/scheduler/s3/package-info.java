/** Datasets in the object store. */
@NullMarked
package dev.lorikeet.scheduler.s3;

import org.jspecify.annotations.NullMarked;

/** The object store behind the S3 protocol. */
@NullMarked
package dev.lorikeet.registry.s3;

import org.jspecify.annotations.NullMarked;

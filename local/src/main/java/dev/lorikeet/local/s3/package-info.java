/** An S3 store over a folder, in this JVM. */
@NullMarked
package dev.lorikeet.local.s3;

import org.jspecify.annotations.NullMarked;

/** The service's settings. */
@NullMarked
package dev.lorikeet.serving.config;

import org.jspecify.annotations.NullMarked;

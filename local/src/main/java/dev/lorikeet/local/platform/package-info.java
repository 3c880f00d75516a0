/** The whole platform on this machine: infrastructure and services as processes. */
@NullMarked
package dev.lorikeet.local.platform;

import org.jspecify.annotations.NullMarked;

/** The object store's settings as every service reads them. */
@NullMarked
package dev.lorikeet.registry.config;

import org.jspecify.annotations.NullMarked;

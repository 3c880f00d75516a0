/** The one mapping between the registry's records and the messages of lorikeet.adapter.v1. */
@NullMarked
package dev.lorikeet.registry.proto;

import org.jspecify.annotations.NullMarked;

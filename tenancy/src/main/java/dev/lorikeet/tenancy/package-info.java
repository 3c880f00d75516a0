/** Names that come from outside, checked: tenants, adapters, datasets. */
@NullMarked
package dev.lorikeet.tenancy;

import org.jspecify.annotations.NullMarked;

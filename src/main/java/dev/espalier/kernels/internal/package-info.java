/** Raw JNI bindings; only {@link dev.espalier.kernels} uses them. */
package dev.espalier.kernels.internal;

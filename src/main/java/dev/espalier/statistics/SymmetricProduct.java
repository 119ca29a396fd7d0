package dev.espalier.statistics;

import org.bytedeco.pytorch.Tensor;

/** UᵀU of an upper triangle, with a third of the work that the product of full matrices takes. */
final class SymmetricProduct {
  /** Below this many columns a full product is as fast. */
  private static final long WHOLE = 512;

  private SymmetricProduct() {}

  /**
   * @param u [n, n], upper, zero below its diagonal
   * @return [n, n], in the caller's scope
   */
  static Tensor ofUpper(Tensor u) {
    Tensor product = u.new_empty(u.size(0), u.size(0));
    fill(product, u);
    return product;
  }

  /** With U = [A B; 0 C], UᵀU = [AᵀA AᵀB; BᵀA BᵀB + CᵀC]. */
  private static void fill(Tensor product, Tensor u) {
    long n = u.size(0);
    if (n <= WHOLE) {
      product.copy_(u.t().matmul(u));
      return;
    }
    long half = n / 2;
    Tensor upper = u.narrow(0, 0, half);
    Tensor right = upper.narrow(1, half, n - half);
    Tensor below = product.narrow(0, half, n - half);
    Tensor across = upper.narrow(1, 0, half).t().matmul(right);
    product.narrow(0, 0, half).narrow(1, half, n - half).copy_(across);
    below.narrow(1, 0, half).copy_(across.t());
    fill(product.narrow(0, 0, half).narrow(1, 0, half), upper.narrow(1, 0, half));
    Tensor corner = below.narrow(1, half, n - half);
    fill(corner, u.narrow(0, half, n - half).narrow(1, half, n - half));
    corner.add_(right.t().matmul(right));
  }
}

package dev.espalier.model.layer;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.QkvDescription;
import dev.espalier.model.description.QkvDescription.Fused;
import dev.espalier.model.description.QkvDescription.Rows;
import dev.espalier.model.description.QkvDescription.Separate;
import org.bytedeco.pytorch.Tensor;

/** What {@link QkvDescription} describes, with its weights in memory. */
interface Qkv {

  /** Queries, keys and values, each [batch, length, heads, headDim]. */
  record Heads(Tensor query, Tensor key, Tensor value) {}

  /** What they are made of. */
  LinearInput input();

  /** Of x [batch, length, hidden]; made in the scope around. */
  Heads apply(Tensor x);

  static Qkv of(AttentionDescription attention, BlockWeights weights) {
    int heads = attention.heads();
    int kvHeads = attention.kvHeads();
    int dim = attention.headDim();
    if (attention.qkv() instanceof Separate separate) {
      Linear query = weights.linear(separate.query());
      Linear key = weights.linear(separate.key());
      Linear value = weights.linear(separate.value());
      return new Apart(query, key, value, heads, kvHeads, dim);
    }
    Fused fused = (Fused) attention.qkv();
    Linear linear = weights.linear(fused.linear());
    return fused.rows() == Rows.BY_KIND
        ? new ByKind(linear, heads, kvHeads, dim)
        : new ByHead(linear, heads, dim);
  }

  /** [batch, length, heads · headDim] to [batch, length, heads, headDim]. */
  private static Tensor split(Tensor x, int heads, int dim) {
    return x.view(x.size(0), x.size(1), heads, dim);
  }

  /** A linear for each. */
  record Apart(Linear query, Linear key, Linear value, int heads, int kvHeads, int dim)
      implements Qkv {
    @Override
    public LinearInput input() {
      return query.input();
    }

    @Override
    public Heads apply(Tensor x) {
      return new Heads(
          split(query.apply(x), heads, dim),
          split(key.apply(x), kvHeads, dim),
          split(value.apply(x), kvHeads, dim));
    }
  }

  /** {@link Rows#BY_KIND}. */
  record ByKind(Linear linear, int heads, int kvHeads, int dim) implements Qkv {
    @Override
    public LinearInput input() {
      return linear.input();
    }

    @Override
    public Heads apply(Tensor x) {
      Tensor all = split(linear.apply(x), heads + 2 * kvHeads, dim);
      return new Heads(
          all.narrow(2, 0, heads),
          all.narrow(2, heads, kvHeads),
          all.narrow(2, heads + kvHeads, kvHeads));
    }
  }

  /** {@link Rows#BY_HEAD}. */
  record ByHead(Linear linear, int heads, int dim) implements Qkv {
    @Override
    public LinearInput input() {
      return linear.input();
    }

    @Override
    public Heads apply(Tensor x) {
      Tensor all = split(linear.apply(x), heads, 3 * dim);
      return new Heads(all.narrow(3, 0, dim), all.narrow(3, dim, dim), all.narrow(3, 2 * dim, dim));
    }
  }
}

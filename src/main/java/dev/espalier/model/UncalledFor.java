package dev.espalier.model;

import dev.espalier.Printable;
import java.util.List;
import java.util.regex.Pattern;

/** What tensors mean that config.json does not call for, by their names. */
enum UncalledFor {
  WRAPPED(
      ".*\\.(_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\\..*",
      "a wrapper (of torch.compile or a trainer) has put a part into their names, so save the model"
          + " inside of it"),
  QUANTIZED(
      ".*\\.(qweight|qzeros|scales?|biases|zeros?|g_idx|absmax|quant_.*|nested_.*|SCB|weight_scale.*"
          + "|weight_packed|weight_shape|weight_zero_point|weight_g_idx|(in|out)put_scale|.*_scale"
          + "|.*zero_point|codes|codebooks|weight_format|weight_quant.*)|.*\\.weight\\.(absmax|quant_.*|nested_.*)",
      "the checkpoint is quantized, so prune the original in float32, bfloat16 or float16"),
  ADAPTER(
      ".*(lora_|base_layer|adapter|hada_|ia3_|modules_to_save).*",
      "an adapter is not merged into the weights, so merge it first (PEFT's merge_and_unload)"),
  MASK(
      ".*\\.weight_(orig|mask)|.*_mask",
      "PyTorch keeps weights and masks of pruning apart there, so make it permanent first"
          + " (torch.nn.utils.prune.remove)"),
  REPARAMETRIZED(
      ".*(parametrizations|\\.weight_[gv]$).*",
      "PyTorch keeps a parametrization there, so remove it first"
          + " (torch.nn.utils.parametrize.remove_parametrizations)"),
  EXPERTS(
      ".*(experts?|router|block_sparse_moe|moe)[._].*|.*\\.mlp\\.gate\\..*",
      "they are of a mixture of experts, so \"model_type\" must be that of one, such as mixtral"),
  HEAD_NORMS(
      ".*\\.(q|k|query|key)_?(layer)?norm\\..*",
      "they are norms of queries and keys, so \"model_type\" must be that of a family with these,"
          + " such as qwen3"),
  ALL_ATTENTION_BIASES(
      ".*(attn|attention)\\.(o_proj|dense|out_proj)\\.bias", "\"attention_bias\": true would"),
  ATTENTION_BIASES(
      ".*(attn|attention)\\..*\\.bias",
      "\"attention_bias\": true would if the output had a bias, too; only queries, keys and values"
          + " have one where \"model_type\" is qwen2"),
  MLP_BIASES(".*(mlp|feed_forward)\\..*\\.bias", "\"mlp_bias\": true would"),
  FUSED(
      ".*(qkv|query_key_value|gate_up_proj|W_pack|c_attn|c_fc|fc_?1|fc_?2|fc_in|fc_out).*",
      "they are of another architecture, so \"model_type\" must name that"),
  NORMS(
      ".*(layer_?norm|norm).*",
      "they are of other normalisations, so \"model_type\" must be that of a family with these"),
  ANYTHING(
      ".*", "models of the type \"%s\" have no such tensors, so \"model_type\" must be another");

  private final Pattern names;
  private final String advice;

  UncalledFor(String names, String advice) {
    this.names = Pattern.compile(names);
    this.advice = advice;
  }

  /** What they are and what to do, as the end of a sentence that says they are not called for. */
  static String advice(List<String> tensors, String family) {
    for (UncalledFor kind : values()) {
      if (tensors.stream().anyMatch(name -> kind.names.matcher(name).matches())) {
        return kind.advice.formatted(Printable.of(family));
      }
    }
    throw new IllegalArgumentException("No tensors");
  }
}

"""Writes a model of random weights that llama.cpp can run: what it says is noise, so only a grammar makes an answer of it."""
import sys

import gguf
import numpy as np

EMBEDDING, HEADS, FEED_FORWARD, CONTEXT = 64, 2, 128, 8192

writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_name("noise")
writer.add_context_length(CONTEXT)
writer.add_embedding_length(EMBEDDING)
writer.add_block_count(1)
writer.add_feed_forward_length(FEED_FORWARD)
writer.add_head_count(HEADS)
writer.add_head_count_kv(HEADS)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_rope_dimension_count(EMBEDDING // HEADS)

kind = gguf.TokenType
tokens = [("<unk>", kind.UNKNOWN), ("<s>", kind.CONTROL), ("</s>", kind.CONTROL)]
tokens += [(f"<0x{byte:02X}>", kind.BYTE) for byte in range(256)]
tokens += [(chr(code) if code != 32 else "\u2581", kind.NORMAL) for code in range(32, 127)]
writer.add_tokenizer_model("llama")
writer.add_token_list([text for text, _ in tokens])
writer.add_token_scores([0.0] * len(tokens))
writer.add_token_types([int(kind) for _, kind in tokens])
writer.add_unk_token_id(0)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_chat_template("{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:")

random = np.random.default_rng(5)


def weights(name: str, *shape: int) -> None:
    writer.add_tensor(name, random.normal(0, 0.5, shape).astype(np.float32))


weights("token_embd.weight", len(tokens), EMBEDDING)
weights("output.weight", len(tokens), EMBEDDING)
writer.add_tensor("output_norm.weight", np.ones(EMBEDDING, np.float32))
for name in ["attn_norm", "ffn_norm"]:
    writer.add_tensor(f"blk.0.{name}.weight", np.ones(EMBEDDING, np.float32))
for name in ["attn_q", "attn_k", "attn_v", "attn_output"]:
    weights(f"blk.0.{name}.weight", EMBEDDING, EMBEDDING)
weights("blk.0.ffn_gate.weight", FEED_FORWARD, EMBEDDING)
weights("blk.0.ffn_up.weight", FEED_FORWARD, EMBEDDING)
weights("blk.0.ffn_down.weight", EMBEDDING, FEED_FORWARD)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

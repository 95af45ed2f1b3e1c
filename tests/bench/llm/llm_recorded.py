"""Models of llm whose answers and usage are recorded, so that llm writes a logs.db without a network."""
import llm

# model: resolved model, input, output, details, as llm's plugins report the provider's usage
RECORDED = {
    "gpt-4o-mini-recorded": ("gpt-4o-mini-2024-07-18", 11, 7, {}),
    "gpt-4o-recorded": ("gpt-4o-2024-08-06", 2006, 300, {
        "prompt_tokens_details": {"cached_tokens": 1920},
        "completion_tokens_details": {"reasoning_tokens": 192}}),
    "claude-recorded": ("claude-sonnet-4-20250514", 4, 120, {
        "cache_creation_input_tokens": 1000, "cache_read_input_tokens": 9000}),
}


class Recorded(llm.Model):
    can_stream = True

    def __init__(self, model_id):
        self.model_id = model_id

    def execute(self, prompt, stream, response, conversation):
        resolved, n_in, n_out, details = RECORDED[self.model_id]
        yield "recorded "
        yield "answer"
        response.set_usage(input=n_in, output=n_out, details=details)
        response.set_resolved_model(resolved)


@llm.hookimpl
def register_models(register):
    for model_id in RECORDED:
        register(Recorded(model_id))

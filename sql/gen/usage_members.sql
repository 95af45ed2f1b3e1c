-- {usage_members:}: what tok_analytics says of a day, model or task.
'requests', requests, 'totalTokens', total_tokens, 'promptTokens', input_tokens,
'completionTokens', output_tokens, 'estimatedCost', cost_nano / 1e9

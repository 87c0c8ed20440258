using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace ServiceDefaults.Idempotency;

public static class IdempotencyExtensions
{
    /// <summary>
    /// Honours <c>Idempotency-Key</c> on a POST that creates: the same key, caller and request get the first answer again
    /// (with <c>Idempotency-Replayed: true</c>), the same key with another request gets 422. What the handler saves
    /// through <typeparamref name="TContext"/> and the remembered answer are one transaction, so a crash leaves both
    /// or neither, and of two requests at once one waits for the other. Only 2xx is remembered: after a refusal the
    /// handler's changes are rolled back and the key is free. Kept for a day.
    /// </summary>
    public static RouteHandlerBuilder WithIdempotency<TContext>(this RouteHandlerBuilder builder) where TContext : DbContext =>
        builder.AddEndpointFilter<RouteHandlerBuilder, IdempotencyFilter<TContext>>();
}

/// <summary>An answer with a secret that is shown once and stored nowhere.</summary>
public interface IShownOnce
{
    /// <summary>The same without the secret: what a repeated request gets.</summary>
    object WithoutSecret();
}

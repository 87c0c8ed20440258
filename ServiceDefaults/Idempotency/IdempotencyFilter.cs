using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Idempotency;

internal sealed class IdempotencyFilter<TContext>(IOptions<JsonOptions> json, ServiceIdentity identity, TimeProvider time) : IEndpointFilter
    where TContext : DbContext
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(1);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (RequestFingerprint.ReadKey(context.Request) is not { } key)
            return await next(invocation);

        var fingerprint = RequestFingerprint.Compute(invocation, identity.Secret, json.Value.SerializerOptions);
        // Strangers share no namespace: without a caller, the request itself is part of the key.
        var caller = context.User.Identity?.IsAuthenticated == true ? context.User.CallerId() : $"anonymous:{Convert.ToHexStringLower(fingerprint)}";

        var db = context.RequestServices.GetRequiredService<TContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(context.RequestAborted);
        if (!await ClaimAsync(db, caller, key, fingerprint, context.RequestAborted))
            return await ReplayAsync(db, caller, key, fingerprint, context.RequestAborted);

        var result = await next(invocation) as IResult ?? throw new InvalidOperationException("An endpoint with idempotency returns an IResult.");
        var answer = await RecordedAnswer.CaptureAsync(result, context, json.Value.SerializerOptions);
        if (answer.Status is < 200 or > 299)
            return result;

        await db.Database.ExecuteSqlAsync(
            $"UPDATE idempotency SET status = {answer.Status}, location = {answer.Location}, body = {answer.Body} WHERE caller = {caller} AND key = {key}",
            context.RequestAborted);
        await transaction.CommitAsync(context.RequestAborted);
        return result;
    }

    /// <summary>False when the key was used before. Waits for a request with the same key that is under way.</summary>
    private async Task<bool> ClaimAsync(TContext db, string caller, string key, byte[] fingerprint, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM idempotency WHERE ctid IN (SELECT ctid FROM idempotency WHERE time < {now - Retention} LIMIT 100 FOR UPDATE SKIP LOCKED)", cancellation);
        return await db.Database.ExecuteSqlAsync(
            $"INSERT INTO idempotency (caller, key, fingerprint, time) VALUES ({caller}, {key}, {fingerprint}, {now}) ON CONFLICT DO NOTHING", cancellation) == 1;
    }

    private static async Task<RecordedAnswer> ReplayAsync(TContext db, string caller, string key, byte[] fingerprint, CancellationToken cancellation)
    {
        var first = (await db.Database.SqlQuery<Row>(
            $"""SELECT fingerprint AS "Fingerprint", status AS "Status", location AS "Location", body AS "Body" FROM idempotency WHERE caller = {caller} AND key = {key}""")
            .ToListAsync(cancellation)).Single();
        return CryptographicOperations.FixedTimeEquals(first.Fingerprint, fingerprint)
            ? new RecordedAnswer(first.Status, first.Location, first.Body)
            : throw ProblemException.Unusable(RequestFingerprint.Header, "This Idempotency-Key was used with another request.", "idempotency-key-reused");
    }

    private sealed record Row(byte[] Fingerprint, int Status, string? Location, string? Body);
}

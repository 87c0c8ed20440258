using AuthService.Keys;
using AuthService.Users;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace AuthService.Erasure;

/// <summary>API keys, and by cascade what is counted per key.</summary>
internal sealed class KeysOfSubject(AuthDb db) : IPersonalData
{
    public string Name => "keys";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        await db.Database.ExecuteSqlAsync($"DELETE FROM key_usage WHERE key_id IN (SELECT id FROM api_keys WHERE user_id = {user})", cancellation);
        return await db.ApiKeys.Where(key => key.UserId == user).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return export.AddRowsAsync(
            "keys.ndjson", "Your API keys, without the keys themselves: those are not kept.",
            db.ApiKeys.AsNoTracking().Where(key => key.UserId == user).OrderBy(key => key.Id).AsAsyncEnumerable().Select(ApiKeyView.Of), cancellation);
    }
}

/// <summary>Sign-ins that were not ended.</summary>
internal sealed class SessionsOfSubject(AuthDb db) : IPersonalData
{
    public string Name => "sessions";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return await db.RefreshTokens.Where(token => token.UserId == user).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return export.AddRowsAsync(
            "sessions.ndjson", "Your sign-ins and their renewals.",
            db.RefreshTokens.AsNoTracking().Where(token => token.UserId == user).OrderBy(token => token.IssuedAt)
                .Select(token => new { session = token.Family, token.IssuedAt, token.ExpiresAt, token.UsedAt }).AsAsyncEnumerable(),
            cancellation);
    }
}

internal sealed class ConsentsOfSubject(AuthDb db) : IPersonalData
{
    public string Name => "consents";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return await db.Consents.Where(consent => consent.UserId == user).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return export.AddRowsAsync(
            "consents.ndjson", "What you agreed to and when.",
            db.Consents.AsNoTracking().Where(consent => consent.UserId == user).OrderBy(consent => consent.GivenAt).AsAsyncEnumerable(), cancellation);
    }
}

/// <summary>The account itself: the only place with the e-mail address.</summary>
internal sealed class AccountOfSubject(AuthDb db) : IPersonalData
{
    public string Name => "accounts";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return await db.Users.Where(known => known.Id == user).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var user = Guid.Parse(subject);
        return export.AddRowsAsync(
            "profile.ndjson", "Your account.",
            db.Users.AsNoTracking().Where(known => known.Id == user).AsAsyncEnumerable().Select(known => Profile.Of(known, null)), cancellation);
    }
}

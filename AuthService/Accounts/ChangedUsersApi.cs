using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;

namespace AuthService.Accounts;

/// <summary>What a gateway missed before it started. Not routed from outside.</summary>
public static class ChangedUsersApi
{
    internal const string ActionPrefix = "user.";

    /// <summary>Tokens live ten minutes, so nobody needs to know of more.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private static readonly string[] Actions =
    [.. new[]
    {
        UserChanges.ConsentWithdrawn, UserChanges.ConsentGiven, UserChanges.RolesChanged, UserChanges.Disabled, UserChanges.Enabled,
        UserChanges.PasswordChanged, UserChanges.SignedOut,
    }.Select(reason => ActionPrefix + reason)];

    public static void MapChangedUsers(this IEndpointRouteBuilder app) =>
        app.MapGet("/internal/users/changed", ListAsync).RequireScope(Scopes.Service.Users).ExcludeFromDescription();

    /// <summary>The changes since then, oldest first.</summary>
    private static async Task<Ok<List<UserChanged>>> ListAsync(DateTimeOffset since, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var earliest = time.GetUtcNow() - Longest;
        var from = since.ToUniversalTime() > earliest ? since.ToUniversalTime() : earliest;
        var changes = await db.History.AsNoTracking()
            .Where(entry => entry.Time >= from && Actions.Contains(entry.Action))
            .OrderBy(entry => entry.Seq)
            .Select(entry => new UserChanged(entry.Subject, entry.Action.Substring(ActionPrefix.Length), entry.Time))
            .ToListAsync(cancellation);
        // The history does not say whose an erasure is; while one is open its record does.
        var erased = await db.Erasures.AsNoTracking()
            .Where(erasure => erasure.Subject != null && erasure.RequestedAt >= from)
            .Select(erasure => new { erasure.Subject, erasure.RequestedAt })
            .ToListAsync(cancellation);
        changes.AddRange(erased.Select(erasure => new UserChanged(erasure.Subject!, UserChanges.Disabled, ChangeTime.After(erasure.RequestedAt))));
        return TypedResults.Ok(changes.OrderBy(change => change.Time).ToList());
    }
}

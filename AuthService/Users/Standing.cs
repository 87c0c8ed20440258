using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;

namespace AuthService.Users;

/// <summary>What a user may do, as of a moment: tokens say it with that moment as their <c>iat</c>.</summary>
/// <param name="Gap">Why predicting is not among it.</param>
public sealed record Standing(Guid UserId, string Role, ConsentGap? Gap, DateTimeOffset AsOf)
{
    public IEnumerable<string> Scopes => Gap is null ? Roles.ScopesOf(Role) : Roles.ScopesOf(Role).Where(scope => scope != ServiceDefaults.Authentication.Scopes.Predict);

    /// <param name="consentIsRequired">Where it is not, only a withdrawal counts.</param>
    public static Standing Of(User user, bool consentIsRequired, DateTimeOffset asOf) => new(user.Id, user.Role, user.Consent switch
    {
        ConsentState.Withdrawn => ConsentGap.Withdrawn,
        ConsentState.None when consentIsRequired => ConsentGap.Missing,
        _ => null,
    }, asOf);
}

public sealed class Standings(AuthDb db, IHostEnvironment environment, TimeProvider time)
{
    /// <summary>
    /// Null when there is no such user, or a disabled one. Waits for a change of the user that is under way
    /// (<see cref="Accounts.AccountChange"/>), and the moment is taken before: so a token speaks of the user after the change, or is
    /// older than it and refused.
    /// </summary>
    /// <param name="passwordHash">Given: the user only counts while it is still the password's.</param>
    public async Task<Standing?> FindAsync(Guid userId, CancellationToken cancellation, string? passwordHash = null)
    {
        var asOf = time.GetUtcNow();
        var user = (await db.Users.FromSql($"SELECT * FROM users WHERE id = {userId} FOR SHARE").AsNoTracking().ToListAsync(cancellation)).SingleOrDefault();
        return user is { DisabledAt: null } && (passwordHash is null || user.PasswordHash == passwordHash)
            ? Standing.Of(user, environment.IsProduction(), asOf)
            : null;
    }
}

using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.Extensions.Caching.Memory;
using ServiceDefaults.Messaging;
using ServiceDefaults.Problems;

namespace Gateway.Identity;

/// <summary>
/// Whose tokens say what is no longer so. A token issued before its subject was changed is not accepted any more; the memory
/// outlasts every token that was issued before. Withdrawn consent is no reason to turn anybody away, but from predicting.
/// </summary>
public sealed class ChangedUsers : IDisposable
{
    /// <summary>Longer than an access token lives.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    private readonly MemoryCache users = new(new MemoryCacheOptions());
    private readonly Lock writing = new();

    public void Add(UserChanged change)
    {
        lock (writing)
        {
            var known = users.Get<Change>(change.UserId) ?? new Change(null, null, null, DateTimeOffset.MinValue);
            users.Set(change.UserId, known.With(change), Memory);
        }
    }

    /// <summary>Whether anything that a token of then says may be out of date.</summary>
    public bool HasChanged(string subject, DateTimeOffset issuedAt) => users.Get<Change>(subject) is { } change && issuedAt < change.Last;

    /// <summary>401, or null: what changed since does not end sessions.</summary>
    public ProblemException? Refuses(string subject, DateTimeOffset issuedAt) =>
        users.Get<Change>(subject) is { Revoked: { } revoked } change && issuedAt < revoked.At
            ? new ProblemException(StatusCodes.Status401Unauthorized, "token-revoked", $"The token was issued before its user was changed ({revoked.Reason}): sign in again.")
            : null;

    /// <summary>Consent that was given again counts for the tokens from before the withdrawal too.</summary>
    public bool WithdrewConsent(string subject, DateTimeOffset issuedAt) =>
        users.Get<Change>(subject) is { Withdrawn: { } withdrawn } change && issuedAt < withdrawn && !(change.Given >= withdrawn);

    public void Dispose() => users.Dispose();

    private sealed record Change((DateTimeOffset At, string Reason)? Revoked, DateTimeOffset? Withdrawn, DateTimeOffset? Given, DateTimeOffset Last)
    {
        /// <summary>Events may come twice and in any order.</summary>
        public Change With(UserChanged change)
        {
            var next = this with { Last = change.Time > Last ? change.Time : Last };
            return change.Reason switch
            {
                UserChanges.ConsentWithdrawn => next with { Withdrawn = Later(Withdrawn, change.Time) },
                UserChanges.ConsentGiven => next with { Given = Later(Given, change.Time) },
                UserChanges.Enabled => next,
                _ => next with { Revoked = change.Time > (Revoked?.At ?? DateTimeOffset.MinValue) ? (change.Time, change.Reason) : Revoked },
            };
        }

        private static DateTimeOffset Later(DateTimeOffset? known, DateTimeOffset time) => known > time ? known.Value : time;
    }
}

public sealed class UserChangedConsumer(ChangedUsers changed) : IConsumer<UserChanged>
{
    public Task Consume(ConsumeContext<UserChanged> context)
    {
        changed.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Every gateway has to hear of it.</summary>
public sealed class UserChangedDefinition() : BroadcastConsumerDefinition<UserChangedConsumer, UserChanged>("gateway.user-changed");

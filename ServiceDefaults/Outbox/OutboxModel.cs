using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace ServiceDefaults.Outbox;

public static class OutboxModel
{
    /// <summary>Maps the outbox into a service's DbContext; call it from <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddOutbox(this ModelBuilder model)
    {
        var outbox = model.Entity<OutboxMessage>().ToTable("outbox");
        outbox.HasKey(m => m.Seq);
        outbox.Property(m => m.Seq).UseIdentityAlwaysColumn();
        outbox.Metadata.UseSnakeCaseColumns();
        return model;
    }

    /// <summary>
    /// Announces a fact: it is stored by the same <c>SaveChanges</c> as the state it speaks of and published afterwards.
    /// </summary>
    public static void Announce<TEvent>(this DbContext db, TEvent fact, string subject, DateTimeOffset time) where TEvent : class =>
        db.Add(OutboxMessage.From(fact, subject, time));
}

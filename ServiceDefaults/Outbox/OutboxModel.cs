using Microsoft.EntityFrameworkCore;

namespace ServiceDefaults.Outbox;

public static class OutboxModel
{
    /// <summary>Maps the outbox into a service's DbContext; call it from <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddOutbox(this ModelBuilder model)
    {
        var outbox = model.Entity<OutboxMessage>().ToTable("outbox");
        outbox.HasKey(m => m.Seq);
        outbox.Property(m => m.Seq).HasColumnName("seq").UseIdentityAlwaysColumn();
        outbox.Property(m => m.Id).HasColumnName("id");
        outbox.Property(m => m.Type).HasColumnName("type");
        outbox.Property(m => m.Subject).HasColumnName("subject");
        outbox.Property(m => m.Body).HasColumnName("body");
        outbox.Property(m => m.TraceParent).HasColumnName("traceparent");
        outbox.Property(m => m.Time).HasColumnName("time");
        return model;
    }

    /// <summary>
    /// Announces a fact: it is stored by the same <c>SaveChanges</c> as the state it speaks of and published afterwards.
    /// </summary>
    public static void Announce<TEvent>(this DbContext db, TEvent fact, string subject, DateTimeOffset time) where TEvent : class =>
        db.Add(OutboxMessage.From(fact, subject, time));
}

using Microsoft.EntityFrameworkCore;

namespace AuthService.Erasure;

/// <summary>One request to erase somebody. Its id is also the id of the event that asks the services.</summary>
public sealed class ErasureRecord
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Null once it is done.</summary>
    public string? Subject { get; set; }

    public required byte[] TokenHash { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>How often the services were asked again.</summary>
    public int Repeats { get; set; }

    public required DateTimeOffset RepeatAt { get; set; }

    /// <summary>When somebody was told that it takes too long.</summary>
    public DateTimeOffset? AlarmedAt { get; set; }

    /// <summary>Of the audit history after the entry that says it is done.</summary>
    public string? HistoryHead { get; set; }
}

/// <summary>What one service has to say to it.</summary>
public sealed class ErasureAnswer
{
    public required Guid ErasureId { get; init; }

    public required string Service { get; init; }

    /// <summary>A JSON object: how many of what were removed. Null until it answers.</summary>
    public string? Counts { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }
}

internal static class ErasureModel
{
    public static ModelBuilder AddErasures(this ModelBuilder model)
    {
        model.Entity<ErasureRecord>().ToTable("erasures");
        var answers = model.Entity<ErasureAnswer>().ToTable("erasure_answers");
        answers.HasKey(answer => new { answer.ErasureId, answer.Service });
        answers.Property(answer => answer.Counts).HasColumnType("jsonb");
        answers.HasOne<ErasureRecord>().WithMany().HasForeignKey(answer => answer.ErasureId);
        return model;
    }
}

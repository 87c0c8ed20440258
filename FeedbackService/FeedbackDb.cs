using FeedbackService.Feedback;
using FeedbackService.Observations;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;

namespace FeedbackService;

public sealed class FeedbackDb(DbContextOptions<FeedbackDb> options) : DbContext(options)
{
    public DbSet<Observation> Observations => Set<Observation>();
    public DbSet<Judgement> Feedback => Set<Judgement>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddOutbox();
        model.Entity<Observation>().ToTable("observations").Property(o => o.Input).HasColumnType("jsonb");
        model.Entity<Judgement>().ToTable("feedback").HasKey(j => j.PredictionId);
        model.UseSnakeCaseColumns();
    }
}

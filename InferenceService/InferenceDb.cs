using InferenceService.Images;
using InferenceService.Predictions;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;

namespace InferenceService;

public sealed class InferenceDb(DbContextOptions<InferenceDb> options) : DbContext(options)
{
    public DbSet<PredictionRecord> Predictions => Set<PredictionRecord>();
    public DbSet<PendingImage> PendingImages => Set<PendingImage>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddOutbox();

        var predictions = model.Entity<PredictionRecord>().ToTable("predictions");
        predictions.HasKey(p => p.Id);
        predictions.Property(p => p.Scores).HasColumnType("jsonb");
        predictions.Property(p => p.Input).HasColumnType("jsonb");
        predictions.Property(p => p.Timings).HasColumnType("jsonb");

        model.Entity<PendingImage>().ToTable("pending_images").HasKey(image => new { image.Owner, image.Sha256 });
        model.UseSnakeCaseColumns();
    }
}

using InferenceService.Images;
using InferenceService.Predictions;
using InferenceService.Tasks;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;

namespace InferenceService;

public sealed class InferenceDb(DbContextOptions<InferenceDb> options) : DbContext(options)
{
    public DbSet<PredictionRecord> Predictions => Set<PredictionRecord>();
    public DbSet<PendingImage> PendingImages => Set<PendingImage>();
    public DbSet<TaskRecord> Tasks => Set<TaskRecord>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddOutbox();

        var predictions = model.Entity<PredictionRecord>().ToTable("predictions");
        predictions.HasKey(p => p.Id);
        predictions.Property(p => p.Scores).HasColumnType("jsonb");
        predictions.Property(p => p.Input).HasColumnType("jsonb");
        predictions.Property(p => p.Timings).HasColumnType("jsonb");

        model.Entity<PendingImage>().ToTable("pending_images").HasKey(image => new { image.Owner, image.Sha256 });

        var tasks = model.Entity<TaskRecord>().ToTable("tasks");
        tasks.HasKey(task => task.Id);
        tasks.Property(task => task.Status).HasConversion(state => state.ToString().ToLowerInvariant(), text => Enum.Parse<TaskState>(text, true));
        tasks.Property(task => task.Kind).HasConversion(kind => kind.ToString().ToLowerInvariant(), text => Enum.Parse<InputKind>(text, true));
        model.UseSnakeCaseColumns();
    }
}

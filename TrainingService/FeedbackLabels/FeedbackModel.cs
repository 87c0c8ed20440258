using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using TrainingService.Datasets;
using TrainingService.Policies;

namespace TrainingService.FeedbackLabels;

internal static class FeedbackModel
{
    public static ModelBuilder AddFeedbackLabels(this ModelBuilder model)
    {
        var feedback = model.Entity<FeedbackLabel>().ToTable("feedback_labels");
        feedback.HasKey(label => label.Prediction);
        feedback.Property(label => label.Wanted).HasConversion(Word<WantedLabel>());
        feedback.Property(label => label.Outcome).HasConversion(Word<FeedbackOutcome>());
        feedback.Ignore(label => label.GivenId);
        return model;
    }

    public static string ToText<TEnum>(TEnum value) where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static async Task<FeedbackCounts> CountFeedbackAsync(this TrainingDb db, Dataset dataset, CancellationToken cancellation)
    {
        var mine = db.FeedbackLabels.AsNoTracking().Where(label => label.Dataset == dataset.Number);
        var counts = await mine.GroupBy(label => label.Outcome).Select(same => new { Outcome = same.Key, Count = same.LongCount() }).ToListAsync(cancellation);
        var last = await mine.Where(label => label.Outcome == FeedbackOutcome.Skipped).OrderByDescending(label => label.Time).Select(label => label.Reason).FirstOrDefaultAsync(cancellation);
        return new FeedbackCounts(Of(null), Of(FeedbackOutcome.Labelled), Of(FeedbackOutcome.Waiting), Of(FeedbackOutcome.Duplicate), Of(FeedbackOutcome.Skipped), last);

        long Of(FeedbackOutcome? outcome) => counts.Find(count => count.Outcome == outcome)?.Count ?? 0;
    }

    private static ValueConverter<TEnum, string> Word<TEnum>() where TEnum : struct, Enum => new(value => ToText(value), text => Enum.Parse<TEnum>(text, ignoreCase: true));
}
